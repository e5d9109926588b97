import { memo, useEffect, useState, type ReactNode } from 'react'
import { CopyButton } from '../../../../ui/copy-button.js'

/** Longer code is shown without colours, because highlighting it would block the page. In characters. */
const MAX_COLOURED = 3000

let turn: Promise<unknown> = Promise.resolve()

/** Runs tasks one after the other. Between two, the page can render and react. */
function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
  const done = turn.then(() => new Promise((resolve) => setTimeout(resolve))).then(work)
  turn = done.catch(() => undefined)
  return done
}

/** Highlighted code; undefined until it is ready, and where it cannot be highlighted. */
function useColours(language: string, code: string | undefined): ReactNode {
  const [coloured, setColoured] = useState<{ readonly code: string; readonly nodes: ReactNode }>()
  useEffect(() => {
    if (code === undefined || language === '') return
    let isGone = false
    const find = async () => {
      const { colour } = await import('./colour.js')
      if (!isGone) setColoured({ code, nodes: colour(language, code) })
    }
    // The code is readable without colours.
    inTurn(find).catch(() => undefined)
    return () => {
      isGone = true
    }
  }, [language, code])
  return coloured?.code === code ? coloured?.nodes : undefined
}

/** A block of code. The block scrolls, and the keyboard can reach it. */
export const CodeBlock = memo(function CodeBlock({
  language,
  pieces,
  isClosed,
}: {
  readonly language: string
  /** The code, in pieces. Only the last piece changes. */
  readonly pieces: readonly string[]
  /** Whether the code is complete. */
  readonly isClosed: boolean
}) {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const isColoured = isClosed && length <= MAX_COLOURED
  const coloured = useColours(language, isColoured ? pieces.join('') : undefined)
  return (
    <div className="overflow-hidden rounded-md border border-line bg-sunken" dir="ltr">
      <div className="flex h-8 items-center justify-between border-b border-line ps-3 pe-1 text-xs text-muted">
        <span className="font-mono">{language || 'text'}</span>
        <CopyButton text={() => pieces.join('')} label="Copy the code" />
      </div>
      <pre tabIndex={0} role="group" aria-label={language === '' ? 'Code' : `Code: ${language}`}>
        <code>{coloured ?? pieces.map((piece, index) => <Piece key={index} text={piece} />)}</code>
      </pre>
    </div>
  )
})

/** A piece of whole lines is a `block` element, so that the browser lays out only the last piece again. */
const Piece = memo(function Piece({ text }: { readonly text: string }) {
  return <span className={text.endsWith('\n') ? 'block' : undefined}>{text}</span>
})
