CREATE TABLE `account` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`email` varchar(64) NOT NULL,
	CONSTRAINT `account_id` PRIMARY KEY(`id`),
	CONSTRAINT `account_email_unique` UNIQUE(`email`)
);
