import { isNothing } from '@signet/auth/internal'

/** What becomes of an option of a request: names that are in no table nobody has. */
export interface OptionRule {
  /** What the option is, in words that go on after `Signet does not serve`. */
  readonly what: string
  /**
   * `served`: it does what it does in Mastra. `harmless`: it is not looked at, because it changes
   * neither the answer nor who may do what. `refused`: it would change that, and is not served. `foreign`: another
   * framework has it, and Mastra has not.
   */
  readonly state: 'served' | 'harmless' | 'refused' | 'foreign'
  /** Of a harmless one: why it changes nothing. Of a refused one: what to do. Both in whole sentences. */
  readonly note?: string | undefined
  /** Whether a value of a refused option asks for no more than what happens without it. */
  readonly isUnused?: ((value: unknown) => boolean) | undefined
  /** What the members of its value may be called. Default: nobody looks at them. */
  readonly members?: OptionTable | undefined
  /** What the members of each member of its value may be called, whether that is a list or an object. */
  readonly each?: OptionTable | undefined
}

/** The options of one object, by their names. */
export type OptionTable = Readonly<Record<string, OptionRule>>

/** What a served option holds, where its own names are closed too. */
export type Inside = Pick<OptionRule, 'members' | 'each'>

/** An option that is served. */
export function served(what: string, inside: Inside = {}): OptionRule {
  return { what, state: 'served', ...inside }
}

/** An option that is not looked at. @param note - why that changes nothing */
export function harmless(what: string, note: string): OptionRule {
  return { what, state: 'harmless', note }
}

const LEAVE_OUT = 'Leave it out.'

/**
 * An option that is refused.
 * @param note - what to do. Default: leave it out
 * @param isUnused - default: false, null, and an empty list or object ask for nothing
 */
export function refused(
  what: string,
  note: string = LEAVE_OUT,
  isUnused: (value: unknown) => boolean = isNothing,
): OptionRule {
  return { what, state: 'refused', note, isUnused }
}

/**
 * A name that other frameworks have for something which has another name here.
 * @param what - the framework, in words that go on after `It has the form of`
 * @param note - what to send
 */
export function foreign(what: string, note: string): OptionRule {
  return { what, state: 'foreign', note }
}

/** Whether a value is left out or one of these, and so no more than what happens anyway. */
export function isOnly(...values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => value === undefined || value === null || values.includes(value)
}

/** Whether a value asks for nothing, or is one of these. */
export function isNothingOr(...values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => isNothing(value) || values.includes(value)
}
