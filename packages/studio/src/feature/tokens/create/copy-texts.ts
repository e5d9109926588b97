/** Where the example command sends the token. */
export interface ExampleTarget {
  /** Such as `http://localhost:4111`, without a slash at its end. */
  readonly server: string
  /** Where the API begins, such as `/api`. */
  readonly prefix: string
  /** The agent to ask. Without one, the command lists the agents. */
  readonly agentId: string | undefined
}

/** The header of a request. */
export function headerLine(token: string): string {
  return `Authorization: Bearer ${token}`
}

/** The line of an `.env` file. A token does not need quotes. */
export function envLine(token: string): string {
  return `MASTRA_JWT_TOKEN=${token}`
}

/** Quotes a text as one word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A cURL command to paste into a shell. */
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
