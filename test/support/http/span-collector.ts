import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

const value = z.object({ stringValue: z.string() }).or(z.object({ intValue: z.number() }))
const span = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  attributes: z.array(z.object({ key: z.string(), value: z.unknown() })),
  status: z.object({ code: z.number().optional() }).optional(),
})
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({
        attributes: z.array(z.object({ key: z.string(), value: z.unknown() })),
      }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
})

/** A span as OTLP over HTTP has it. */
export interface CollectedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly isError: boolean
}

const ERROR = 2

function toSpan({ attributes, status, ...rest }: z.output<typeof span>): CollectedSpan {
  const entries = attributes.map(({ key, value: raw }) => {
    const known = value.safeParse(raw)
    return [key, known.success ? Object.values(known.data)[0] : raw] as const
  })
  return { ...rest, attributes: Object.fromEntries(entries), isError: status?.code === ERROR }
}

/** A real receiver of spans, which keeps what it got. */
export class SpanCollector {
  readonly spans: CollectedSpan[] = []
  /** Everything that came, as it came. */
  text = ''
  readonly #server: Server

  constructor() {
    this.#server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      this.text += body
      const { resourceSpans } = exported.parse(JSON.parse(body))
      for (const { scopeSpans } of resourceSpans) {
        this.spans.push(...scopeSpans.flatMap(({ spans }) => spans.map(toSpan)))
      }
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }

  /** Listens on a free port, and returns its address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  /** The names of a span's ancestors, the nearest first. */
  ancestors(of: CollectedSpan): readonly string[] {
    const parent = this.spans.find(({ spanId }) => spanId === of.parentSpanId)
    return parent === undefined ? [] : [parent.name, ...this.ancestors(parent)]
  }
}
