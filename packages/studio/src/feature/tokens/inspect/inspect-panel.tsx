import { extractToken, judgeToken } from '../../../text/credential.js'
import { decodeToken } from '../../../text/decode-token.js'
import { currentToken } from '../../../session/session.js'
import { useSession } from '../../../session/use-session.js'
import { Button } from '../../../ui/button.js'
import { Empty } from '../../../ui/empty.js'
import { Field } from '../../../ui/field.js'
import { TextArea } from '../../../ui/input.js'
import { Section } from '../../../ui/section.js'
import { useNow } from '../../../ui/use-now.js'
import { VerdictLine } from '../../sign-in/verdict-line.js'
import { AskServer } from './ask-server.js'
import { CheckSignature } from './check-signature.js'
import { DecodedView } from './decoded-view.js'
import { isHmacAlgorithm } from '../token/hmac.js'

/** Explains a token: in the browser, and by the server if the reader asks for it. */
export function InspectPanel({
  pasted,
  onChange,
}: {
  readonly pasted: string
  readonly onChange: (text: string) => void
}) {
  const now = useNow()
  const own = currentToken(useSession())
  const token = extractToken(pasted)
  const decoded = decodeToken(token)
  const isDecoded = !('problem' in decoded)
  return (
    <div className="grid items-start gap-x-5 lg:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
      <div className="min-w-0">
        <Section
          title="Token"
          actions={
            own !== undefined && (
              <Button size="small" onClick={() => onChange(own)}>
                Your token
              </Button>
            )
          }
        >
          <Field
            label="Token to inspect"
            hint="A token, a header, a line of an .env file or a cURL command. It is not sent."
          >
            {(props) => (
              <TextArea
                {...props}
                isMono
                rows={8}
                value={pasted}
                placeholder="eyJhbGciOi…"
                onChange={({ target }) => onChange(target.value)}
              />
            )}
          </Field>
          <div className="mt-2">
            <VerdictLine verdict={token === '' ? undefined : judgeToken(pasted, now)} />
          </div>
        </Section>
        {isDecoded && isHmacAlgorithm(decoded.header['alg']) && (
          <Section title="Signature" description="Check whether it was signed with your secret.">
            <CheckSignature key={token} token={token} algorithm={decoded.header['alg']} />
          </Section>
        )}
      </div>
      <div className="min-w-0">
        {isDecoded ? (
          <Section
            title="What the token says"
            description="Decoded only. Nothing here is verified."
          >
            <DecodedView decoded={decoded} />
          </Section>
        ) : (
          token === '' && (
            <Empty title="Nothing to show yet">
              Paste a token to see its claims, times and grants in words.
            </Empty>
          )
        )}
        {token !== '' && (
          <Section title="What the server says">
            <AskServer token={token} />
          </Section>
        )}
      </div>
    </div>
  )
}
