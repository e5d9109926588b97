import type { AnyWorkflow, Mastra } from '@signet/core'
import { RequestError } from '../../error/error.js'

/** @throws {RequestError} `not_found` */
export function requireWorkflow(mastra: Mastra, workflowId: string): AnyWorkflow {
  const workflow = mastra.findWorkflow(workflowId)
  if (workflow !== undefined) return workflow
  throw new RequestError('not_found', 'There is no workflow with this id.')
}
