import { useEffect, useState } from 'react'
import { classNames } from '../../../../ui/class-names.js'
import { CodeBlock } from './code-block.js'
import { MarkdownBlock } from './markdown-block.js'
import { NO_REFERENCES, readOn, UNREAD } from './reading.js'

/** From this number of blocks on, the browser does not lay out those that are not visible. */
const MANY_BLOCKS = 50

/** Parses as much of a text as one animation frame allows, and continues in the next frame. */
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
 * Renders Markdown safely, block by block. While the text grows, only its last block is parsed and rendered again. A long
 * text is parsed in parts, one in each animation frame.
 */
export function AnswerText({
  text,
  isOpen,
}: {
  readonly text: string
  /** Whether the text is still growing. */
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
            // Link references are complete once the whole text is parsed. A block without links is not rendered again.
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

/** A text without formatting. */
export function PlainText({ text }: { readonly text: string }) {
  return (
    <p dir="auto" className="plain-text">
      {text}
    </p>
  )
}
