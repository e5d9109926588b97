import ReactMarkdown, { type Components } from 'react-markdown'

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

/** A text in Markdown, shown safely. */
export function Markdown({ text }: { readonly text: string }) {
  return (
    <div className="prose min-w-0 text-base wrap-anywhere">
      <ReactMarkdown components={COMPONENTS}>{text}</ReactMarkdown>
    </div>
  )
}
