import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('account')
    .addColumn('id', 'bigint', (column) => column.primaryKey().autoIncrement())
    .addColumn('owner', 'varchar(32)', (column) => column.notNull())
    .addColumn('balance', 'decimal(12, 2)', (column) => column.notNull().defaultTo(sql`0`))
    .execute()
}
