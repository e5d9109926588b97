function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''
}

/** What styles that are made here must bear, by the policy of the page; undefined without a policy. */
export const NONCE: string | undefined = meta('signet-nonce') || undefined

/** Where the API of this server begins. */
export const PAGE_PREFIX: string = meta('signet-api-prefix') || '/api'
