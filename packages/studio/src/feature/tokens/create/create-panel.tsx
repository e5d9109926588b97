import { Section } from '../../../ui/section.js'
import type { Catalogue } from '../../../scope/catalogue.js'
import { ClaimsForm } from './claims-form.js'
import type { Claims } from '../token/claims.js'
import type { Draft, DraftChange } from './draft.js'
import { JsonField } from './json-field.js'
import { SignForm } from './sign-form.js'
import { SignedToken } from './signed-token.js'

/** A signed token with its claims. */
export interface Signed {
  readonly token: string
  readonly claims: Claims
}

/** Creates a token: the reader edits the claims as a form or as JSON, then signs them. */
export function CreatePanel({
  draft,
  signed,
  catalogue,
  onChange,
  onSigned,
  onInspect,
}: {
  readonly draft: Draft
  readonly signed: Signed | undefined
  readonly catalogue: Catalogue
  readonly onChange: (change: DraftChange) => void
  readonly onSigned: (signed: Signed) => void
  readonly onInspect: (token: string) => void
}) {
  return (
    <div className="grid items-start gap-x-5 lg:grid-cols-2">
      <Section
        title="Claims"
        description={
          catalogue.isOfServer || catalogue.agents.length > 0
            ? 'The agents and tools of this server.'
            : 'Sign in to see the agents and tools of this server.'
        }
      >
        <ClaimsForm draft={draft} catalogue={catalogue} onChange={onChange} />
      </Section>
      <div className="min-w-0">
        <Section title="JSON" description="The same claims. You can change them here, too.">
          <JsonField
            label="Claims as JSON"
            value={draft.text}
            error={draft.problem}
            onChange={(text) => onChange({ type: 'text', text })}
          />
        </Section>
        <Section title="Signature">
          <SignForm
            draft={draft}
            onChange={onChange}
            onSigned={(token, claims) => onSigned({ token, claims })}
          />
        </Section>
        {signed !== undefined && (
          <Section title="Token">
            <SignedToken
              {...signed}
              catalogue={catalogue}
              isStale={signed.claims !== draft.claims}
              onInspect={() => onInspect(signed.token)}
            />
          </Section>
        )}
      </div>
    </div>
  )
}
