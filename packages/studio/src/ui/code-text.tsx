import { InlineCode } from './code.js'

/** A sentence in which what stands between backquotes is code. */
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
