import type { ModelErrorCode } from '@signet/core'
import { orOk, type Finding } from './finding.js'
import type { Served } from './served.js'

const REMEDIES: Readonly<Record<ModelErrorCode, string>> = {
  model_config_invalid: 'Change the option model, or the variable that the message names.',
  model_unknown: 'Write the option model as provider/model, such as openai/gpt-4o.',
  model_key_missing: 'Set the variable to a key of the provider in .env.',
  model_package_missing:
    'Correct the name of the provider, or install its package in the application.',
}

/** Reports agents whose model is not available. */
export function checkModels({ mastra }: Served): readonly Finding[] {
  const findings = Object.values(mastra.listAgents()).flatMap((agent): readonly Finding[] => {
    const fault = agent.findModelFault()
    if (fault === undefined) return []
    const { modelProvider, modelId } = agent.describeModel()
    const model = modelId === '' ? 'Its model' : `Its model ${modelProvider}/${modelId}`
    return [
      {
        check: 'model',
        level: 'error',
        what: `Agent ${agent.id} cannot answer.`,
        why: `${model} is not available: ${fault.message}`,
        remedy: REMEDIES[fault.code],
      },
    ]
  })
  return orOk(
    findings,
    'model',
    'Each agent has what its model needs, such as a key. No model was called.',
  )
}
