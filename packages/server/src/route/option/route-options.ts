import { harmless, isNothingOr, refused, served, type OptionTable } from './rule.js'

const requestContext = harmless('what the client says to tools', 'No tool runs for this request.')
const agentId = harmless('whose memory is meant', 'All agents of an application share one.')
const resourceId = harmless('an owner', 'The token says who the owner is.')
const memoryConfig = refused(
  'settings of the memory in a request',
  'Leave it out: the application sets it where it makes the memory of the agent.',
)

/** The query of what only reads or writes the caller's memory: `agentId` is looked at by none. */
export const OWNED_QUERY: OptionTable = { agentId, resourceId, requestContext }

/** The query of a new thread. */
export const NEW_THREAD_QUERY: OptionTable = {
  ...OWNED_QUERY,
  agentId: served('the agent that it begins with'),
}

/** The query of the tools of an agent, and of all tools. */
export const TOOL_QUERY: OptionTable = {
  requestContext,
  runId: harmless('the id of a run', 'No run has the tool in it.'),
}

/** The body of a tool's execution. */
export const TOOL_OPTIONS: OptionTable = {
  data: served('the input of the tool'),
  requestContext: served('what the client says to the tool'),
}

const stored = {
  status: refused('drafts of agents', undefined, isNothingOr('published')),
  versionId: refused('versions of agents'),
}

const decision: OptionTable = {
  runId: served('the suspended run'),
  toolCallId: served('the call that is decided on'),
  requestContext: served('what the client says to the tool'),
  model: refused('another model for the rest of an answer', 'Leave it out.'),
  format: refused('the chunks of the AI SDK', undefined, isNothingOr('mastra')),
  resourceId,
}

/** What observes an answer. */
export const OBSERVE_OPTIONS: OptionTable = {
  runId: served('the answer that is observed'),
  offset: served('the index of the first event'),
  requestContext,
  resourceId,
}

/** The body of an approval. */
export const APPROVAL_OPTIONS: OptionTable = {
  ...decision,
  reason: harmless('a reason', 'Only the model of a declined call is told.'),
}

/** The body of a refusal of a call. */
export const DECLINE_OPTIONS: OptionTable = {
  ...decision,
  reason: served('why the call is declined'),
}

/** The query of the calls of others that wait. */
export const INBOX_QUERY: OptionTable = {
  page: served('which page'),
  perPage: served('how many on a page'),
}

/** The body of a decision on a call of somebody else. */
export const INBOX_OPTIONS: OptionTable = {
  digest: served('the arguments that were shown'),
}

/** The query of suspended runs. */
export const SUSPENDED_RUNS_QUERY: OptionTable = {
  requestContext,
  resourceId,
  threadId: served('the thread that they belong to'),
  page: served('which page'),
  perPage: served('how many on a page'),
  fromDate: refused('runs of a span of time', 'Leave it out: the newest come first.'),
  toDate: refused('runs of a span of time', 'Leave it out: the newest come first.'),
}

/** The query of agents and of one agent. */
export const AGENT_QUERY: OptionTable = {
  partial: served('that schemas are left out'),
  ...stored,
  requestContext,
}

/** The query of `generate` and `stream`. */
export const ANSWER_QUERY: OptionTable = { ...stored, requestContext }

const order: OptionTable = {
  field: served('what the list is ordered by'),
  direction: served('whether the first comes first'),
}

const page: OptionTable = {
  page: served('which page'),
  perPage: served('how many on a page'),
  orderBy: served('the order', { members: order }),
  'orderBy[field]': served('what the list is ordered by'),
  'orderBy[direction]': served('whether the first comes first'),
}

/** The query of the list of threads. */
export const THREADS_QUERY: OptionTable = {
  ...OWNED_QUERY,
  ...page,
  agentId: served('the agent that they were begun with'),
  title: served('what their titles have in them'),
  metadata: served('what their metadata have in them'),
}

/** The query of the messages of a thread. */
export const MESSAGES_QUERY: OptionTable = {
  ...OWNED_QUERY,
  ...page,
  filter: served('which messages', {
    members: {
      roles: served('whose they are'),
      metadata: served('what their metadata have in them'),
      dateRange: served('when they were made', {
        members: {
          start: served('from when'),
          end: served('until when'),
          startExclusive: served('whether the start is left out'),
          endExclusive: served('whether the end is left out'),
        },
      }),
    },
  }),
  include: served('more messages', {
    each: {
      id: served('which'),
      withPreviousMessages: served('how many before it'),
      withNextMessages: served('how many behind it'),

      threadId: refused(
        'messages of another thread in the list of one',
        'Leave it out, and ask for that thread by itself.',
      ),
    },
  }),
  includeSystemReminders: harmless('reminders of the system', 'None are stored.'),
  vectorSearchString: refused('semantic recall', 'Call /memory/search, which finds words.'),
  selectBy: refused('selectBy', 'Write page, perPage, filter and include.'),
  memoryConfig,
}

/** The query of the search. */
export const SEARCH_QUERY: OptionTable = {
  ...OWNED_QUERY,
  agentId: served('the agent whose threads to look in'),
  searchQuery: served('the words to find'),
  threadId: served('the thread to look in'),
  limit: served('how many to find'),
  memoryConfig,
}

/** The query of what is said about the memory of one agent. */
export const AGENT_MEMORY_QUERY: OptionTable = {
  agentId: served('the agent'),
  resourceId,
  requestContext,
  memoryConfig,
  threadId: harmless('a thread', 'An agent remembers in all threads alike.'),
}

/** The body of a new thread. */
export const NEW_THREAD: OptionTable = {
  agentId: served('the agent that it begins with'),
  resourceId,
  requestContext,
  threadId: served('its id'),
  title: served('its title'),
  metadata: served('its metadata'),
}

/** The body of a change of a thread. */
export const THREAD_CHANGE: OptionTable = {
  agentId,
  resourceId,
  requestContext,
  title: served('its title'),
  metadata: served('its metadata'),
}

/** The body of a copy of a thread. */
export const THREAD_COPY: OptionTable = {
  agentId,
  resourceId,
  requestContext,
  newThreadId: served('the id of the copy'),
  title: served('its title'),
  metadata: served('its metadata'),
  options: served('which messages', {
    members: {
      messageLimit: served('how many of the last'),
      messageFilter: served('which messages', {
        members: {
          startDate: served('from when'),
          endDate: served('until when'),
          messageIds: served('which'),
        },
      }),
    },
  }),
}

/** The body of messages to store. What a message is made of says its schema. */
export const NEW_MESSAGES: OptionTable = {
  agentId,
  resourceId,
  requestContext,
  messages: served('the messages'),
}

/** The body of messages to delete. */
export const MESSAGES_TO_DELETE: OptionTable = {
  agentId,
  resourceId,
  requestContext,
  messageIds: served('their ids'),
}

/** The body of a new working memory. */
export const WORKING_MEMORY: OptionTable = {
  resourceId,
  requestContext,
  workingMemory: served('the text'),
  memoryConfig,
}

const NO_OBSERVATIONS = 'There are no observations.'

/** What names an agent that observes. */
export const OBSERVER: OptionTable = {
  agentId: served('the agent'),
  resourceId,
  requestContext,
  threadId: harmless('a thread', NO_OBSERVATIONS),
}

/** The query of what an agent observed. */
export const OBSERVATIONS_QUERY: OptionTable = {
  ...OBSERVER,
  from: harmless('from when', NO_OBSERVATIONS),
  to: harmless('until when', NO_OBSERVATIONS),
  offset: harmless('how many are left out', NO_OBSERVATIONS),
  limit: harmless('how many', NO_OBSERVATIONS),
}
