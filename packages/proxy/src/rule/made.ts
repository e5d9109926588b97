import { randomUUID } from 'node:crypto'
import { ownMember } from '@signet/auth/internal'
import { isPlainId } from '../policy/plain-id.js'
import type { OwnerRule } from '../policy/route-policy.js'
import type { RuleContext } from './context.js'
import type { MutableJson } from './json.js'
import { invalid, PolicyRefusal } from './refusal.js'

/**
 * Makes the conversation of a response that is to be stored and continues nothing. The upstream would make one whose owner
 * is its own id: nobody could read it.
 */
async function makeConversation(body: MutableJson, context: RuleContext): Promise<void> {
  const { store } = body
  if (store === undefined || store === null || store === false) return
  for (const name of ['conversation_id', 'previous_response_id']) {
    if (!Object.hasOwn(body, name)) continue
    if (body[name] !== undefined && body[name] !== null) return
  }
  const answer = await context.make(`${context.prefix}/v1/conversations`, {
    agent_id: body['agent_id'],
    resource_id: context.caller.ownerKey,
  })
  if (answer.status === 400 || answer.status === 404)
    throw invalid('store', 'The agent has no memory in which a response could be stored.')
  const id = ownMember(answer.body, 'id')
  if (answer.status !== 200 || typeof id !== 'string' || !isPlainId(id))
    throw new PolicyRefusal(
      'upstream_failed',
      `The upstream answered ${answer.status} to the request for a conversation.`,
    )
  body['conversation_id'] = id
}

/**
 * Makes what a body does not name, and what the upstream would else take from somewhere that has no owner. Changes the body.
 * @throws {PolicyRefusal} `request_invalid`, `upstream_failed`
 */
export async function makeMissing(
  body: MutableJson,
  makes: OwnerRule['makes'],
  context: RuleContext,
): Promise<void> {
  if (makes === 'conversation') return makeConversation(body, context)
  if (makes !== 'memory' || Object.hasOwn(body, 'memory')) return
  body['memory'] = { thread: randomUUID(), resource: context.caller.ownerKey }
}
