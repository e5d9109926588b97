import type { OptionsError, RefusedOption } from '@signet/auth'
import { orOk, type Finding } from './finding.js'
import type { Served } from './served.js'

const CHECK = 'option'

/** The commands that refuse options. */
export type Refuser = 'signet proxy' | 'signet start'

/** Describes an option that Signet does not serve, and why the application is refused for it. */
function whatAndWhy(
  { where, name, isKnownToMastra, isGuard }: RefusedOption,
  by: Refuser = 'signet start',
): {
  readonly what: string
  readonly why: string
} {
  const refusal = `${by} refuses the ${by === 'signet start' ? 'application' : 'configuration'}`
  if (!isKnownToMastra) {
    return {
      what: `${where}: there is no option ${name}.`,
      why: `${refusal}, because the option would have no effect.`,
    }
  }
  if (isGuard) {
    return {
      what: `${where}: Signet does not serve the option ${name}, which closes something.`,
      why: `${refusal}, because without the option something would stay open.`,
    }
  }
  return {
    what: `${where}: Signet does not serve the option ${name}.`,
    why: `${refusal}, unless it says unsupported: 'warn'.`,
  }
}

/** The findings for an application that does not start because Signet does not serve some of its options. */
export function refusedOptions({ refused }: OptionsError, by: Refuser): readonly Finding[] {
  return refused.map((option) => ({
    check: CHECK,
    level: 'error',
    ...whatAndWhy(option, by),
    remedy: option.remedy,
  }))
}

/** Reports options that an application is served without. */
export function checkOptions({ mastra }: Served): readonly Finding[] {
  const missing = mastra.listUnsupported().map((option): Finding => {
    return {
      check: CHECK,
      level: 'warning',
      what: whatAndWhy(option).what,
      why: "The application is served without the option, because it says unsupported: 'warn'.",
      remedy: option.remedy,
    }
  })
  return orOk(missing, CHECK, 'Signet serves every option of the application.')
}
