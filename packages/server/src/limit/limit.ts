/** What a count came to. */
export interface Count {
  /** How often the key has been counted in this window, this time included. */
  readonly used: number
  /** When the window ends, in milliseconds from now. */
  readonly resetsInMs: number
}

/** Counts by key in windows of one minute; a window begins when its key is first counted. */
export interface Counter {
  count(key: string): Count | Promise<Count>
}

/** A limit as clients are told of it: a quota policy item of draft-ietf-httpapi-ratelimit-headers-11. */
export interface LimitPolicy {
  readonly name:
    | 'answers'
    | 'answers-at-once'
    | 'observers-at-once'
    | 'requests'
    | 'requests-at-once'
    | 'bodies-at-once'
    | 'failures'
  readonly quota: number
  /** What the quota counts, by the names of section 3.1.2. Default: requests. */
  readonly unit?: 'concurrent-requests' | 'content-bytes' | undefined
  /** In seconds; undefined for a quota of what happens at once. */
  readonly windowSeconds: number | undefined
}

/** How a request stands with a limit. */
export interface LimitStanding {
  readonly policy: LimitPolicy
  /** How much of the quota is left. */
  readonly remaining: number
  /** When it is whole again, in seconds from now; undefined where nobody knows. */
  readonly resetSeconds: number | undefined
}

/** The window of every limit per minute, in seconds. */
export const WINDOW_SECONDS = 60
