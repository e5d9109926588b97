/** The title that a thread is shown with. */
export function threadTitle({ title }: { readonly title: string }): string {
  return title.trim() === '' ? 'Untitled' : title
}
