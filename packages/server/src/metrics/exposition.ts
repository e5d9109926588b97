/** Metrics in the text format of Prometheus. */
export interface Exposition {
  readonly contentType: string
  readonly text: string
}

/** Metrics as an answer. */
export function expositionResponse({ contentType, text }: Exposition): Response {
  return new Response(text, {
    headers: { 'content-type': contentType, 'cache-control': 'no-store' },
  })
}
