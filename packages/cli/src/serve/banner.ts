import type { Mastra } from '@signet/core'

/** What `signet dev` prints when it is ready. */
export interface BannerFacts {
  readonly url: string
  /** Whether the Studio is served there. */
  readonly hasStudio: boolean
  readonly apiPrefix: string
  readonly mastra: Mastra
  /** A token for calls; undefined if none could be created. */
  readonly token: string | undefined
  readonly tokenHours: number
  /** Where threads are kept. */
  readonly memory: string
  /** The message in the cURL command. */
  readonly message: string
  readonly isWindows: boolean
}

/** Quotes a JSON text as one argument: with single quotes for a POSIX shell, with double quotes for cmd.exe. */
function shellArgument(json: string, isWindows: boolean): string {
  if (isWindows) return `"${json.replaceAll('"', '\\"')}"`
  return `'${json.replaceAll("'", String.raw`'\''`)}'`
}

function curlLine(facts: BannerFacts): string {
  const { url, apiPrefix, mastra, token, message, isWindows } = facts
  const [agent] = Object.keys(mastra.listAgents())
  const authorization = token === undefined ? '' : ` -H "Authorization: Bearer ${token}"`
  if (agent === undefined) return `curl ${url}${apiPrefix}/agents${authorization}`
  const body = shellArgument(JSON.stringify({ messages: message }), isWindows)
  return `curl -X POST ${url}${apiPrefix}/agents/${agent}/generate -H "Content-Type: application/json"${authorization} -d ${body}`
}

function agentLine([key, agent]: readonly [string, ReturnType<Mastra['getAgent']>]): string {
  const { modelProvider, modelId } = agent.describeModel()
  const model =
    modelId === ''
      ? agent.findModelFault()
        ? 'no model'
        : 'the model is chosen for each request'
      : `${modelProvider}/${modelId}`
  const note =
    modelProvider === 'signet' && modelId === 'rehearsal'
      ? '; a stand-in: set MODEL to use a real model'
      : ''
  const fault = agent.findModelFault()
  return `  Agent    ${key} (${model}${note})${fault === undefined ? '' : `: cannot answer. ${fault.message}`}`
}

/** The lines that say where the server is, which agents it has, and how to call them. */
export function bannerLines(facts: BannerFacts): readonly string[] {
  const { url, hasStudio, mastra, memory, token, tokenHours } = facts
  const tokenLines =
    token === undefined
      ? ['  Token    none: the application cannot sign tokens, or requires more claims in them', '']
      : [`  Token    role owner, valid for ${tokenHours} hours:`, '', token, '']
  return [
    '',
    `  Server   ${url}`,
    ...(hasStudio ? ['  Studio   open the same address in a browser'] : []),
    ...Object.entries(mastra.listAgents()).map(agentLine),
    `  Memory   ${memory}`,
    ...tokenLines,
    'Try it:',
    '',
    curlLine(facts),
    '',
  ]
}
