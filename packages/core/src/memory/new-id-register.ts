/** A register of ids that owners choose for things that do not exist yet, shared by several instances. */
export interface NewIdRegister {
  /**
   * Registers an id for an owner. Of several owners that register one id, at however many instances, the first has it. The
   * owner that has it may register it again, and then has it for so long from then on.
   *
   * @param id - 1 to 255 characters
   * @param owner - an owner key
   * @param holdMs - how long no other owner gets the id, in milliseconds. Another instance may wait longer: its clock may be
   *   ahead
   * @returns whether the owner has the id now
   * @throws an error whose `code` is `storage_unavailable` or `storage_failed`
   */
  register(id: string, owner: string, holdMs: number): Promise<boolean>
}
