import { memo, useDeferredValue } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import { readsAsMarkdown } from './markdown-length.js'

/**
 * What a model may show: no HTML of its own, no picture of another host (the policy of the page allows
 * none either), and links that tell that host nothing of this page.
 */
const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  img: ({ alt }) => <span>[image{alt ? `: ${alt}` : ''}]</span>,
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
}

/** Read again only when its text is another. */
const Prose = memo(function Prose({ text }: { readonly text: string }) {
  return <ReactMarkdown components={COMPONENTS}>{text}</ReactMarkdown>
})

/**
 * A text in Markdown, shown safely; one that is long, as it is. While it grows, it is read as often as the page has
 * time for, and not for each piece.
 */
export function Markdown({ text }: { readonly text: string }) {
  const read = useDeferredValue(text)
  return (
    <div className="prose min-w-0 text-base wrap-anywhere">
      {readsAsMarkdown(read) ? (
        <Prose text={read} />
      ) : (
        <p className="whitespace-pre-wrap">{read}</p>
      )}
    </div>
  )
}
