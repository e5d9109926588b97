import { harmless, refused, served, type OptionTable } from './rule.js'

const resourceId = harmless('an owner', 'The token says who the owner is.')

/** A query of nothing. */
export const NO_QUERY: OptionTable = {
  requestContext: harmless('the context of the client', 'Nothing here reads it.'),
}

/** The query of the list of schedules. */
export const SCHEDULES_QUERY: OptionTable = {
  ...NO_QUERY,
  agentId: served('the agent'),
  workflowId: served('the workflow'),
  status: served('whether they fire'),
  threadId: served('the thread'),
  name: served('the name'),
  resourceId,
}

/** The query of the fires of a schedule. */
export const TRIGGERS_QUERY: OptionTable = {
  ...NO_QUERY,
  limit: served('how many'),
  fromActualFireAt: served('from when'),
  toActualFireAt: served('until when'),
}

const NO_SIGNALS = 'Leave it out: each fire is a question of its own in the thread.'

const signal = {
  signalType: refused('signals', NO_SIGNALS),
  tagName: refused('signals', NO_SIGNALS),
  attributes: refused('signals', NO_SIGNALS),
  ifActive: refused('signals', NO_SIGNALS),
  ifIdle: refused('signals', NO_SIGNALS),
  providerOptions: refused('options of the provider in a schedule'),
}

const settings: OptionTable = {
  cron: served('the pattern'),
  timezone: served('the time zone'),
  overlap: served('what becomes of a fire while the one before goes on'),
  metadata: served('its metadata'),
  prompt: served('what the agent is asked'),
  name: served('its name'),
  inputData: served('the input of the workflow'),
  initialState: served('the state of the workflow'),
  requestContext: served('what the client says to the steps'),
  resourceId,
  ...signal,
}

/** The body of a new schedule. */
export const NEW_SCHEDULE: OptionTable = {
  ...settings,
  id: served('its id'),
  agentId: served('the agent'),
  workflowId: served('the workflow'),
  threadId: served('the thread'),
  status: refused('a schedule that begins paused', 'Call pause behind it.'),
}

/** The body of a change of a schedule. */
export const SCHEDULE_CHANGE: OptionTable = { ...settings, status: served('whether it fires') }
