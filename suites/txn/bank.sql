CREATE TABLE account (
  id BIGINT PRIMARY KEY,
  owner VARCHAR(32) NOT NULL,
  balance INT NOT NULL
);
INSERT INTO account VALUES (1, 'alice', 100), (2, 'bob', 50);
