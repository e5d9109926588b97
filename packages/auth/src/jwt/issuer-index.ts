import { ConfigurationError } from '../error.js'
import { mayOverlap, tenantIn, type IssuerNames } from './tenant.js'

/** Each of them is looked at for a token whose issuer is not a plain name. */
const MAX_TEMPLATES = 32

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

/** What belongs to an issuer, by the value of `iss`: at once for plain names, and in order for templates of names. */
export class IssuerIndex<Value> {
  readonly #plain = new Map<unknown, Value>()
  readonly #templates: { readonly template: string; readonly value: Value }[] = []

  get size(): number {
    return this.#plain.size + this.#templates.length
  }

  /** @throws {ConfigurationError} `option_invalid` for a name that could mean two issuers, and for too many templates */
  add({ plain, templates }: IssuerNames, value: Value): void {
    for (const name of plain) this.#addPlain(name, value)
    for (const template of templates) this.#addTemplate(template, value)
  }

  get(issuer: unknown): Value | undefined {
    const value = this.#plain.get(issuer)
    if (value !== undefined || typeof issuer !== 'string') return value
    return this.#templates.find(({ template }) => tenantIn(template, issuer) !== undefined)?.value
  }

  #addPlain(name: string, value: Value): void {
    if (this.#plain.has(name)) {
      refuse(`Two entries of the option issuers have the issuer ${JSON.stringify(name)}.`)
    }
    const other = this.#templates.find(({ template }) => tenantIn(template, name) !== undefined)
    if (other !== undefined) this.#refuseOverlap(name, other.template)
    this.#plain.set(name, value)
  }

  #addTemplate(template: string, value: Value): void {
    for (const name of this.#plain.keys()) {
      if (typeof name === 'string' && tenantIn(template, name) !== undefined) {
        this.#refuseOverlap(name, template)
      }
    }
    const other = this.#templates.find((each) => mayOverlap(each.template, template))
    if (other !== undefined) this.#refuseOverlap(other.template, template)
    if (this.#templates.length === MAX_TEMPLATES) {
      refuse(
        `More than ${MAX_TEMPLATES} issuers have the variable {tenant}. List the tenants in tenant.allow, or use fewer issuers.`,
      )
    }
    this.#templates.push({ template, value })
  }

  #refuseOverlap(one: string, other: string): never {
    return refuse(
      `The issuers ${JSON.stringify(one)} and ${JSON.stringify(other)} could be the same. List the tenants of each in tenant.allow, or write one of them.`,
    )
  }
}
