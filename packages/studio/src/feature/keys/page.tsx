import { PlusIcon } from '@radix-ui/react-icons'
import { useState } from 'react'
import { useIsAllowed } from '../../api/use-identity.js'
import { Button } from '../../ui/button.js'
import { PageHeader } from '../../ui/page-header.js'
import { Page } from '../../ui/page.js'
import type { CreatedKey as Key } from './api-key.js'
import { KeyForm } from './key-form.js'
import { KeysSection } from './keys-section.js'
import { CreatedKey } from './created-key.js'
import { RevokeSection } from './revoke-section.js'

/** The page of the API keys. It also revokes tokens. */
export function KeysPage() {
  const isAllowed = useIsAllowed()
  const [isCreating, setIsCreating] = useState(false)
  const [created, setCreated] = useState<Key>()
  const canCreate = isAllowed('api-keys:write')
  return (
    <Page>
      <PageHeader
        title="API keys"
        description="Credentials for programs. You can also revoke tokens here."
        actions={
          canCreate && (
            <Button kind="primary" onClick={() => setIsCreating(true)}>
              <PlusIcon aria-hidden />
              New key
            </Button>
          )
        }
      />
      <KeysSection onNew={() => setIsCreating(true)} />
      {isAllowed('tokens:write') && <RevokeSection />}
      {isCreating && (
        <KeyForm
          onClose={() => setIsCreating(false)}
          onCreated={(key) => {
            setIsCreating(false)
            setCreated(key)
          }}
        />
      )}
      {created !== undefined && (
        <CreatedKey created={created} onClose={() => setCreated(undefined)} />
      )}
    </Page>
  )
}
