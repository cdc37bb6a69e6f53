CREATE TABLE account (id INT PRIMARY KEY, owner VARCHAR(32) NOT NULL, balance DECIMAL(12, 2) NOT NULL);
INSERT INTO account VALUES (1, 'alice', 100), (2, 'bob', 50);
