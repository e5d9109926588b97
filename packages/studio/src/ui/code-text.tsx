import { InlineCode } from './code.js'

/** A sentence. Text between backquotes is shown as code. */
export function CodeText({ children }: { readonly children: string }) {
  return children
    .split('`')
    .map((part, index) =>
      index % 2 === 1 ? (
        <InlineCode key={index}>{part}</InlineCode>
      ) : (
        <span key={index}>{part}</span>
      ),
    )
}
