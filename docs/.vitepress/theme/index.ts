import DefaultTheme from 'vitepress/theme'
import './accessible.css'
import './readable.css'

export default DefaultTheme
