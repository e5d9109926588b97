/** The longest text that is read as Markdown, in characters: to read it takes longer than in proportion. */
const MAX_MARKDOWN = 20_000

/** Whether a text is short enough to be read as Markdown. */
export function readsAsMarkdown(text: string): boolean {
  return text.length <= MAX_MARKDOWN
}
