import { isLegalId, nonEmptyText, ownMember } from '@signet/auth/internal'
import { RequestError } from '@signet/server'
import type { NamedThings } from '@signet/server/internal'
import { toolsOf } from './agent.js'
import type { AskedAnswer, RuleContext } from './context.js'
import { isMutable } from './json.js'

const UNLISTED =
  'The application did not tell the proxy of its agents and tools. Permissions apply to them nevertheless.'

const NO_LISTS = 'The policy of the proxy does not have lists of agents and tools.'

/** The entries of a list by id that a permission can name; undefined where the answer is not such a list. */
function entriesOf({
  status,
  body,
}: AskedAnswer): readonly (readonly [string, unknown])[] | undefined {
  if (status !== 200 || !isMutable(body)) return undefined
  return Object.entries(body)
}

function agentOf([id, entry]: readonly [string, unknown]): NamedThings['agents'][number] {
  const details = isMutable(entry) ? entry : {}
  const tools = [...toolsOf({ id, details }).values()].filter(isLegalId)
  return { id, name: nonEmptyText(ownMember(entry, 'name')) ?? id, tools: [...new Set(tools)] }
}

function toolIdOf([key, entry]: readonly [string, unknown]): string {
  return nonEmptyText(ownMember(entry, 'id')) ?? key
}

/**
 * The agents and tools that the upstream lists for the caller, as far as permissions can name them. An upstream that does not
 * answer lists nothing: what the proxy itself knows can be told nevertheless.
 * @param context - undefined where the policy does not know such lists: nothing is asked
 * @throws what the signal of the request was aborted with
 */
export async function listThings(context: RuleContext | undefined): Promise<NamedThings> {
  if (context === undefined) return { agents: [], tools: [], unlisted: NO_LISTS }
  const { ask, prefix } = context
  try {
    const answers = await Promise.all([ask(`${prefix}/agents`), ask(`${prefix}/tools`)])
    const [agents, tools] = answers.map(entriesOf)
    if (agents === undefined || tools === undefined) {
      return { agents: [], tools: [], unlisted: UNLISTED }
    }
    const named = agents.filter(([id]) => isLegalId(id)).map(agentOf)
    const ids = [
      ...tools.map(toolIdOf).filter(isLegalId),
      ...named.flatMap(({ tools: own }) => own),
    ]
    return { agents: named, tools: [...new Set(ids)] }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    return { agents: [], tools: [], unlisted: UNLISTED }
  }
}
