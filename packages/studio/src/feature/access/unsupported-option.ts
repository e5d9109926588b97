/** An option of the application that Signet does not serve: `GET /system/unsupported`. */
export interface UnsupportedOption {
  /** What has the option, such as `Agent "weather-agent"`. */
  readonly where: string
  readonly name: string
  /** What Signet does not have, and what to do. */
  readonly remedy: string
}
