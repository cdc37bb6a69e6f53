import type { JSX } from 'preact'
import { useState } from 'preact/hooks'

const TOLD_FOR = 2_000

export function CopyButton({ label, text }: { readonly label: string; readonly text: () => string }): JSX.Element {
  const [told, setTold] = useState('')
  const copy = async (): Promise<void> => {
    setTold((await copied(text())) ? 'Copied' : 'Copying is not allowed here')
    setTimeout(() => setTold(''), TOLD_FOR)
  }
  return (
    <span>
      <button type="button" onClick={() => void copy()}>
        {label}
      </button>{' '}
      <span role="status" class="quiet">
        {told}
      </span>
    </span>
  )
}

/** Browsers that do not trust files have the older way only. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}
