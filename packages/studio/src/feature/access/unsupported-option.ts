/** An option that the application was given and is served without: `GET /system/unsupported`. */
export interface UnsupportedOption {
  /** What has the option, such as `Agent "weather-agent"`. */
  readonly where: string
  readonly name: string
  /** What is missing, and what to do. */
  readonly remedy: string
}
