import type { Telemetry } from 'ai'

/**
 * What is told of the calls of a model: who was asked, how long it took, how many tokens; but neither what
 * was asked nor what was answered, and no argument of a tool.
 */
export const TELEMETRY = { recordInputs: false, recordOutputs: false } as const

/** Tells an integration of the AI SDK, such as that for OpenTelemetry, of every call of a model and a tool. */
export async function enableModelTelemetry(integration: Telemetry): Promise<void> {
  const { registerTelemetry } = await import('ai')
  registerTelemetry(integration)
}
