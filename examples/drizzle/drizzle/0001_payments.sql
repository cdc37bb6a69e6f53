CREATE TABLE `payment` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`account_id` bigint NOT NULL,
	`amount` decimal(12,2) NOT NULL,
	CONSTRAINT `payment_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE INDEX `payment_by_account` ON `payment` (`account_id`);
