import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import { App } from './app.tsx'
import { loadData } from './load-data.ts'
import './page.css'
import { followSystemTheme } from './theme.ts'

async function open(root: HTMLElement): Promise<void> {
  try {
    const data = await loadData()
    root.replaceChildren()
    render(<App data={data} />, root)
  } catch (error) {
    root.textContent = `This report can't be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

followSystemTheme()
void open(document.getElementById('app') as HTMLElement)
