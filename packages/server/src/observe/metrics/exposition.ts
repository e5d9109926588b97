import { Reply } from '../../http/reply.js'

/** Metrics in the text format of Prometheus. */
export interface Exposition {
  readonly contentType: string
  readonly text: string
}

/** Metrics as an answer. */
export function expositionReply({ contentType, text }: Exposition): Reply {
  return new Reply(text, 200, { 'content-type': contentType, 'cache-control': 'no-store' })
}
