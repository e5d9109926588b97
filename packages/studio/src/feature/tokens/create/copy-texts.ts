/** Where a token is sent to in an example. */
export interface ExampleTarget {
  /** Such as `http://localhost:4111`, without a slash at its end. */
  readonly server: string
  /** Where the API begins, such as `/api`. */
  readonly prefix: string
  /** The agent that is asked; without one, the agents are listed. */
  readonly agentId: string | undefined
}

/** The line of a request's headers. */
export function headerLine(token: string): string {
  return `Authorization: Bearer ${token}`
}

/** The line of an `.env` file. A token has no character that needs quotes. */
export function envLine(token: string): string {
  return `MASTRA_JWT_TOKEN=${token}`
}

/** A text as one word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A command that is ready to paste into a shell. */
export function curlCommand(token: string, { server, prefix, agentId }: ExampleTarget): string {
  const authorization = `  -H ${quote(headerLine(token))}`
  const base = server + prefix
  if (agentId === undefined) return [`curl ${quote(`${base}/agents`)}`, authorization].join(' \\\n')
  return [
    `curl -X POST ${quote(`${base}/agents/${encodeURIComponent(agentId)}/generate`)}`,
    `  -H 'Content-Type: application/json'`,
    authorization,
    `  -d ${quote(JSON.stringify({ messages: 'Hello' }))}`,
  ].join(' \\\n')
}
