import { contextText, plainContext, type RequestContextInput } from './request-context.js'
import type { Api, CallOptions } from './request.js'

/** What a tool is. */
export interface ToolDetails {
  readonly id: string
  readonly description: string
  /** `{ "json": <JSON Schema> }`, as text; absent from partial lists. */
  readonly inputSchema?: string | undefined
  /** The same for what it returns; absent also where the tool does not say. */
  readonly outputSchema?: string | undefined
  readonly requireApproval: boolean
}

/** What a tool is run with. */
export interface ToolInput {
  /** The input, in the form that the tool's `inputSchema` says. */
  readonly data: unknown
  /** What the tool sees as `requestContext.client`. */
  readonly requestContext?: RequestContextInput | undefined
  /** Not looked at by Signet. */
  readonly runId?: string | undefined
}

/** A tool of the server. */
export class Tool {
  readonly #api: Api
  readonly #path: readonly string[]

  /** Made by `MastraClient.getTool`. */
  constructor(api: Api, toolId: string) {
    this.#api = api
    this.#path = ['tools', toolId]
  }

  /**
   * What the tool is.
   * @throws {MastraClientError}
   */
  details(requestContext?: RequestContextInput, options?: CallOptions): Promise<ToolDetails> {
    const query = { requestContext: contextText(requestContext) }
    return this.#api.json({ path: this.#path, query, ...options })
  }

  /**
   * Runs the tool, and returns what it came to.
   * @throws {MastraClientError} `tool_failed`; `request_invalid` with issues for an input of another form
   */
  execute(input: ToolInput, options?: CallOptions): Promise<unknown> {
    const { data, requestContext, runId } = input
    return this.#api.json({
      method: 'POST',
      path: [...this.#path, 'execute'],
      query: { runId },
      body: { data, requestContext: plainContext(requestContext) },
      ...options,
    })
  }
}
