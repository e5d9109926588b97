/** What a server is made of. */
export interface SystemPackages {
  readonly packages: readonly { readonly name: string; readonly version: string }[]
  /** Whether it runs in development. */
  readonly isDev: boolean
  readonly cmsEnabled: boolean
  readonly observabilityEnabled: boolean
  /** `libsql`, `postgres`, or `none`. */
  readonly storageType: string
}
