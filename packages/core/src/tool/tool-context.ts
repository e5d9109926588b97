import type { Logger } from '../log/logger.js'
import type { Tool } from './create-tool.js'
import type { ToolContext } from './tool-config.js'

const ALONE = 'Signet suspends a call of a tool only where an agent makes it.'

/** What Mastra gives a tool beside its input and Signet does not, with what to do. */
const ABSENT = {
  writer: 'Signet does not stream from inside a tool. Return the result.',
  outputWriter: 'Signet does not stream from inside a tool. Return the result.',
  flushMessages: 'Signet stores question and answer together, once the answer is whole.',
  tracingContext: 'Signet traces every call of a tool by itself.',
  skipToolSpan: 'Signet traces every call of a tool by itself.',
  runtimeContext: 'Its name is requestContext.',
  workflow: 'Signet does not tell a tool which workflow runs it. Take what is needed as input.',
  workspace: 'Signet does not have workspaces.',
  browser: 'Signet does not drive a browser.',
  mcp: 'Signet does not serve MCP.',
  background: 'Signet does not run tools in the background.',
  observe: 'Signet traces every call of a tool by itself.',
  actor: 'requestContext.principal says who acts.',
  suspend: ALONE,
  resumeData: ALONE,
  suspendPayload: ALONE,
} as const

/** The same of its member `agent`. */
const ABSENT_OF_AGENT = {
  messages: 'Signet does not show a tool what was said. Ask for it in the input.',
  suspendedToolRunId: 'Signet does not have agents that call agents.',
  isBackgroundTask: 'Signet does not run tools in the background.',
  writableStream: 'Signet does not stream from inside a tool. Return the result.',
  flushMessages: 'Signet stores question and answer together, once the answer is whole.',
} as const

type Remedies = Readonly<Record<string, string>>

/** Where the log is told that a tool reads what is not there. */
interface Reader {
  readonly tool: Tool
  readonly logger: Logger
}

/** What the log has been told of each tool: a line for each name, not for each call. */
const told = new WeakMap<Tool, Set<string>>()

function tell({ tool, logger }: Reader, member: string, remedy: string): void {
  const names = told.get(tool) ?? new Set()
  told.set(tool, names)
  if (names.has(member)) return
  names.add(member)
  logger.warn('A tool reads a member of its context that Signet does not have.', {
    tool: tool.id,
    member,
    remedy,
  })
}

/** Who reads a context: beside it, so that a copy of the context holds nothing else than its members. */
const readers = new WeakMap<object, Reader>()

/** An object whose absent members are undefined, and are told when they are read. */
function prototypeOf(absent: Remedies, path: string): object {
  const prototype = {}
  for (const [name, remedy] of Object.entries(absent)) {
    Object.defineProperty(prototype, name, {
      get(this: object) {
        const reader = readers.get(this)
        if (reader !== undefined) tell(reader, path + name, remedy)
        return undefined
      },
    })
  }
  return Object.freeze(prototype)
}

const CONTEXT = prototypeOf(ABSENT, 'context.')
const AGENT = prototypeOf(ABSENT_OF_AGENT, 'context.agent.')

function withReader<Members extends object>(
  prototype: object,
  members: Members,
  reader: Reader,
): Members {
  // Not by assignment, which a name of the prototype would refuse.
  const own = Object.getOwnPropertyDescriptors(members)
  const made = Object.create(prototype, own) as Members
  readers.set(made, reader)
  return made
}

/**
 * What a tool gets beside its input. Where it reads a member that Mastra has and Signet has not, that member is
 * undefined, and the log is told so once.
 */
export function createToolContext(tool: Tool, members: ToolContext, logger: Logger): ToolContext {
  const reader = { tool, logger }
  const { agent } = members
  return withReader(
    CONTEXT,
    agent === undefined ? members : { ...members, agent: withReader(AGENT, agent, reader) },
    reader,
  )
}
