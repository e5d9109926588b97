import { memo, useEffect, useState, type ReactNode } from 'react'
import { CopyButton } from '../../../../ui/copy-button.js'

/** Longer code is shown without colours: to find them would hold the page up. */
const MAX_COLOURED = 3000

let turn: Promise<unknown> = Promise.resolve()

/** Does works one after the other, and lets the page draw and answer between two. */
function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
  const done = turn.then(() => new Promise((resolve) => setTimeout(resolve))).then(work)
  turn = done.catch(() => undefined)
  return done
}

/** Code with its colours, once these are there; undefined until then, and where it has none. */
function useColours(language: string, code: string | undefined): ReactNode {
  const [coloured, setColoured] = useState<{ readonly code: string; readonly nodes: ReactNode }>()
  useEffect(() => {
    if (code === undefined || language === '') return
    let isGone = false
    const find = async () => {
      const { colour } = await import('./colour.js')
      if (!isGone) setColoured({ code, nodes: colour(language, code) })
    }
    // Without its colours it can be read all the same.
    inTurn(find).catch(() => undefined)
    return () => {
      isGone = true
    }
  }, [language, code])
  return coloured?.code === code ? coloured?.nodes : undefined
}

/** A block of code. It scrolls in itself, and the keyboard reaches it. */
export const CodeBlock = memo(function CodeBlock({
  language,
  pieces,
  isClosed,
}: {
  readonly language: string
  /** The code, in pieces of which only the last changes. */
  readonly pieces: readonly string[]
  /** Whether no more of it comes. */
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

/** Whole lines are a block of their own, so that the browser lays out only the last anew. */
const Piece = memo(function Piece({ text }: { readonly text: string }) {
  return <span className={text.endsWith('\n') ? 'block' : undefined}>{text}</span>
})
