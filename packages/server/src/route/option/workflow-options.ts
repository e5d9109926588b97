import { harmless, served, type OptionTable } from './rule.js'

const requestContext = harmless('what the client says to steps', 'No step runs for this request.')

/** The query of workflows and of one workflow. */
export const WORKFLOW_QUERY: OptionTable = {
  partial: served('that steps and schemas are left out'),
  requestContext,
}
