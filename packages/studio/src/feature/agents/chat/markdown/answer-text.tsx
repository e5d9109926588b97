import { useEffect, useState } from 'react'
import { classNames } from '../../../../ui/class-names.js'
import { CodeBlock } from './code-block.js'
import { MarkdownBlock } from './markdown-block.js'
import { NO_REFERENCES, readOn, UNREAD } from './reading.js'

/** From how many blocks on those that are not seen are not laid out. */
const MANY_BLOCKS = 50

/** Reads a text as far as one frame of the screen allows, and on in the next. */
function useReading(text: string) {
  const [state, setState] = useState({ text: '', reading: UNREAD })
  let now = state
  if (state.text !== text) {
    const before = text.startsWith(state.text) ? state.reading : UNREAD
    now = { text, reading: readOn(before, text) }
    setState(now)
  }
  const isBehind = now.reading.end < text.length
  useEffect(() => {
    if (!isBehind) return
    const frame = requestAnimationFrame(() => {
      setState((last) => ({ ...last, reading: readOn(last.reading, last.text) }))
    })
    return () => cancelAnimationFrame(frame)
  }, [isBehind, now])
  return now.reading
}

/**
 * A text in Markdown, shown safely, block by block: while it grows, only the last is read and drawn anew. Of a text that
 * is long, a part is read in each frame of the screen.
 */
export function AnswerText({
  text,
  isOpen,
}: {
  readonly text: string
  /** Whether more of it comes. */
  readonly isOpen: boolean
}) {
  const lines = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
  const { blocks, end, references } = useReading(lines)
  const rest = isOpen ? '' : lines.slice(end)
  return (
    <div
      className={classNames('prose min-w-0 text-base', blocks.length > MANY_BLOCKS && 'prose-long')}
    >
      {blocks.map((block) =>
        block.kind === 'code' ? (
          <CodeBlock
            key={block.start}
            language={block.language}
            pieces={block.pieces}
            isClosed={block.isClosed || !isOpen}
          />
        ) : (
          <MarkdownBlock
            key={block.start}
            source={block.source}
            // Places of links are known once all has been read; a text without any is not drawn anew.
            references={
              !isOpen && rest === '' && block.source.includes('[') ? references : NO_REFERENCES
            }
          />
        ),
      )}
      {rest !== '' && <PlainText text={rest} />}
    </div>
  )
}

/** A text as it is. */
export function PlainText({ text }: { readonly text: string }) {
  return (
    <p dir="auto" className="plain-text">
      {text}
    </p>
  )
}
