// Checked by the compiler alone: a comment that expects an error fails where there is none.
import { MastraJwtAuth } from '@signet/auth'
import { z } from 'zod'
import { Agent } from '../agent/agent.js'
import { Mastra } from '../mastra.js'
import { Memory } from '../memory/memory.js'
import { registerApiRoute } from '../server/api-route.js'
import { createTool } from '../tool/create-tool.js'

const writer = { id: 'writer', name: 'Writer', instructions: 'Write.', model: 'signet/rehearsal' }
const mail = { id: 'send-mail', description: 'Sends mail', execute: () => 'sent' }
const route = { method: 'GET', handler: () => new Response('here') } as const
const workflow = { id: 'flow' }

// An agent may have what is served, and options of Mastra that ask for nothing.
const agent = new Agent({ ...writer, maxSteps: 3, tools: {}, memory: new Memory() })
void new Agent({ ...writer, inputProcessors: [], workflows: {}, scorers: undefined })
void new Agent({ ...writer, instructions: ['One.', { role: 'system', content: 'Two.' }] })
// @ts-expect-error a misspelt option
void new Agent({ ...writer, maxStep: 3 })
// @ts-expect-error an option of Mastra that is not served
void new Agent({ ...writer, scorers: { one: {} } })
// @ts-expect-error a function in place of tools
void new Agent({ ...writer, tools: () => ({}) })
// @ts-expect-error a message of another role
void new Agent({ ...writer, instructions: { role: 'user', content: 'One.' } })
const guarded = { ...writer, inputProcessors: [{ id: 'moderation' }] }
// @ts-expect-error an option that closes something, also from a variable
void new Agent(guarded)

// A tool.
createTool({ ...mail, inputSchema: z.object({}), requireApproval: false })
// @ts-expect-error a misspelt option
createTool({ ...mail, inputShema: z.object({}) })
// @ts-expect-error an option of Mastra that is not served
createTool({ ...mail, providerOptions: { openai: {} } })
createTool({ ...mail, requireApproval: () => true, approval: { expiresInSeconds: 60 } })
// @ts-expect-error a text for an approval
createTool({ ...mail, requireApproval: 'always' })
createTool({ ...mail, suspendSchema: z.object({}), suspension: { expiresInSeconds: 60 } })
// @ts-expect-error a misspelt option of a suspension
createTool({ ...mail, suspension: { expiresIn: 60 } })
// @ts-expect-error a misspelt option of an approval
createTool({ ...mail, requireApproval: true, approval: { expiresIn: 60 } })
const reduced = { ...mail, toModelOutput: () => 'Done.' }
// @ts-expect-error an option that closes something, also from a variable
createTool(reduced)

// An application and its server.
void new Mastra({ agents: { agent }, workflows: {}, logger: false, unsupported: 'warn' })
void new Mastra({ server: { cors: false, apiRoutes: [{ path: '/here', ...route }] } })
// @ts-expect-error a misspelt option
void new Mastra({ agent: { agent } })
// @ts-expect-error an option of Mastra that is not served
void new Mastra({ vectors: { workflow } })
// @ts-expect-error a word that is not one
void new Mastra({ unsupported: 'ignore' })
// @ts-expect-error a misspelt option of the server
void new Mastra({ server: { prot: 80 } })
// @ts-expect-error a misspelt option of a group
void new Mastra({ server: { revocation: { pollMS: 1 } } })
const server = { middleware: [() => undefined] }
// @ts-expect-error an option that closes something, also from a variable
void new Mastra({ server })
const roles = { rbac: { can: () => true } }
// @ts-expect-error also one that asks for roles
void new Mastra({ server: roles })

// A memory.
void new Memory({
  options: { lastMessages: 3, semanticRecall: false, workingMemory: { enabled: true } },
})
// @ts-expect-error a misspelt option
void new Memory({ options: { lastMessage: 3 } })
// @ts-expect-error an option of Mastra that is not served
void new Memory({ options: { semanticRecall: true } })
// @ts-expect-error a store of its own
void new Memory({ storage: { init: () => undefined } })
// @ts-expect-error a schema of the working memory
void new Memory({ options: { workingMemory: { enabled: true, schema: z.object({}) } } })

// A route.
registerApiRoute('/here', { ...route, access: 'agents:read' })
// @ts-expect-error a misspelt option
registerApiRoute('/here', { ...route, acess: 'agents:read' })
const permitted = { ...route, requiresPermission: 'agents:read' }
// @ts-expect-error an option that closes something, also from a variable
registerApiRoute('/here', permitted)

// An answer.
void agent.generate('Hello', { maxSteps: 3, requireToolApproval: false })
// @ts-expect-error a misspelt option
void agent.generate('Hello', { maxStep: 3 })
// @ts-expect-error an option of Mastra that is not served
void agent.generate('Hello', { onFinish: () => undefined })
void agent.stream('Hello', { requireToolApproval: true })
const prepared = { prepareStep: () => ({}) }
// @ts-expect-error an option that closes something, also from a variable
void agent.stream('Hello', prepared)

// A provider.
void new MastraJwtAuth({ audience: 'api' })
// @ts-expect-error a misspelt option
void new MastraJwtAuth({ audiance: 'api' })
