import { StartError } from '../../error/error.js'

/** The packages that tracing needs. They are optional, so most applications do not have them. */
export interface TracingPackages {
  readonly api: typeof import('@opentelemetry/api')
  readonly sdk: typeof import('@opentelemetry/sdk-trace-node')
  readonly resources: typeof import('@opentelemetry/resources')
  readonly exporter: typeof import('@opentelemetry/exporter-trace-otlp-http')
}

const INSTALL =
  'npm install @opentelemetry/api @opentelemetry/sdk-trace-node @opentelemetry/resources @opentelemetry/exporter-trace-otlp-http'

/** Loads them. @throws {StartError} `tracing_missing`, with the line that installs them */
export async function loadTracingPackages(): Promise<TracingPackages> {
  try {
    const [api, sdk, resources, exporter] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/exporter-trace-otlp-http'),
    ])
    return { api, sdk, resources, exporter }
  } catch (cause) {
    const message = `OTEL_EXPORTER_OTLP_ENDPOINT asks for tracing, whose packages are not installed: ${INSTALL}`
    throw new StartError('tracing_missing', message, { cause })
  }
}
