import { PlusIcon } from '@radix-ui/react-icons'
import { useState } from 'react'
import { useMay } from '../../api/use-identity.js'
import { Button } from '../../ui/button.js'
import { PageHeader } from '../../ui/page-header.js'
import { Page } from '../../ui/page.js'
import type { MadeKey as Key } from './api-key.js'
import { KeyForm } from './key-form.js'
import { KeysSection } from './keys-section.js'
import { MadeKey } from './made-key.js'
import { RevokeSection } from './revoke-section.js'

/** API keys, and what revokes credentials of every kind. */
export function KeysPage() {
  const may = useMay()
  const [isMaking, setIsMaking] = useState(false)
  const [made, setMade] = useState<Key>()
  const mayMake = may('api-keys:write')
  return (
    <Page>
      <PageHeader
        title="API keys"
        description="Credentials for programs. Tokens and keys are revoked here, too."
        actions={
          mayMake && (
            <Button kind="primary" onClick={() => setIsMaking(true)}>
              <PlusIcon aria-hidden />
              New key
            </Button>
          )
        }
      />
      <KeysSection onNew={() => setIsMaking(true)} />
      {may('tokens:write') && <RevokeSection />}
      {isMaking && (
        <KeyForm
          onClose={() => setIsMaking(false)}
          onMade={(key) => {
            setIsMaking(false)
            setMade(key)
          }}
        />
      )}
      {made !== undefined && <MadeKey made={made} onClose={() => setMade(undefined)} />}
    </Page>
  )
}
