GRANT ALL ON `vitest\_tidb\_%`.* TO 'app'@'%';
