import type { ProxyConfig } from '@signet/proxy'
import { STUDIO_DIRECTORY } from '@signet/studio'

/** The folder of the Studio that a proxy serves; undefined where it serves none. In production it is to be asked for. */
export function proxyStudio({ studio }: ProxyConfig, isDevelopment: boolean): string | undefined {
  return (studio ?? isDevelopment) === false ? undefined : STUDIO_DIRECTORY
}
