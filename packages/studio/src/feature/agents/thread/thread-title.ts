/** What a thread is called. */
export function threadTitle({ title }: { readonly title: string }): string {
  return title.trim() === '' ? 'Untitled' : title
}
