/** Variables in which white space at an end is never intended. Secrets are not among them: they count as they are. */
const TRIMMED = [
  'PORT',
  'METRICS_PORT',
  'NODE_ENV',
  'SIGNET_DATABASE_URL',
  'SIGNET_DATABASE_POOL_MAX',
  'DATABASE_URL',
  'SIGNET_DATA_DIR',
  'SIGNET_KEEP_ALIVE',
  'REDIS_URL',
  'LOG_LEVEL',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'MASTRA_JWT_SECRET_FILE',
  'JWT_AUTH_SECRET_FILE',
  'SIGNET_DATABASE_URL_FILE',
  'DATABASE_URL_FILE',
  'REDIS_URL_FILE',
  'OPENAI_API_KEY_FILE',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_SERVICE_NAME',
  'OTEL_SDK_DISABLED',
] as const

/**
 * Removes white space at the ends of variables that are not secrets, such as a line end that an orchestrator passes on.
 */
export function tidyVariables(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of TRIMMED) {
    const value = environment[name]
    const tidy = value?.trim()
    if (tidy !== undefined && tidy !== value) environment[name] = tidy
  }
}
